# Кабинет: данные школы, люди, классы, настройки задачи.
cabinet-yes = да
cabinet-no = нет

cabinet-records = Данные школы
cabinet-records-there = Что загружено
cabinet-records-none = Данных пока нет: загрузите выгрузки школы.
cabinet-files = Загрузить файлы
cabinet-files-text = Сначала вы увидите, что изменится и какие строки не годятся. До вашего подтверждения ничего не меняется.
cabinet-files-choose = Файлы с данными школы
cabinet-files-hint = CSV, XLSX, JSON или XML. Можно выбрать сразу несколько или перетащить их сюда мышью.
cabinet-files-limits = Самое большее { $n ->
        [one] { $n } файл
        [few] { $n } файла
       *[other] { $n } файлов
    }, каждый до { $one } МиБ, все вместе до { $all } МиБ.
cabinet-files-look = Посмотреть, что изменится
cabinet-files-refused = Файлы не приняты
cabinet-files-none = Выберите хотя бы один файл.
cabinet-files-many = Файлов слишком много: за один раз можно { $n }. Загрузите их по частям.
cabinet-files-large = Файл «{ $file }» больше { $limit } МиБ. Разделите его или сохраните как CSV.
cabinet-files-all-large = Все файлы вместе больше { $limit } МиБ. Загрузите их по частям.
cabinet-files-full = Сейчас загружается слишком много файлов. Попробуйте через несколько минут.
cabinet-files-broken = Файлы не дошли до конца. Проверьте связь и отправьте их ещё раз; ничего не изменилось.
cabinet-mode = Что это за файлы
cabinet-mode-replace = Полные списки: кого в них нет, тот выбыл
cabinet-mode-add = Дополнение: никто не выбывает
cabinet-mode-replace-told = Файлы считаются полными списками: кого в них нет, тот выбыл.
cabinet-mode-add-told = Файлы считаются дополнением: никто не выбывает.

cabinet-look = Что изменится
cabinet-look-files = Файлы:
cabinet-look-waits = Файлы ждут вашего решения
cabinet-look-until = Если не подтвердить до { $at }, файлы будут удалены, и ничего не изменится.
cabinet-look-unread = Файлы ещё не прочитаны
cabinet-look-reading = Файлы читаются
cabinet-look-unreadable = Файлы не прочитаны
cabinet-look-storing = Данные сохраняются
cabinet-look-stored = Данные загружены
cabinet-look-wait = Это займёт немного времени
cabinet-look-wait-text = Страницу можно закрыть: работа не прервётся. Чтобы увидеть, чем она кончилась, нажмите «Обновить».
cabinet-look-done = Готово
cabinet-look-done-text = Сохранено то, что вы видели. Сами файлы удалены.
cabinet-look-busy = Школа сейчас занята
cabinet-look-busy-text = Идёт отправка или другая работа с данными школы. Файлы сохранены; попробуйте через несколько минут.
cabinet-look-changed = Данные школы за это время изменились
cabinet-look-changed-text = Ничего не сохранено. Посмотрите ещё раз, что изменится теперь.
cabinet-look-fault = Не получилось
cabinet-look-fault-text = Ничего не изменилось, файлы сохранены. Попробуйте ещё раз; если не поможет, сообщите тому, кто настраивает обмен.
cabinet-look-stopped = Один из файлов не удалось прочитать
cabinet-look-stopped-text = Чтобы школа не потеряла часть данных, не сохраняется ничего. Исправьте файл, как сказано ниже, и загрузите все файлы снова.
cabinet-look-same = Ничего не изменится
cabinet-look-same-text = Такие данные у школы уже есть.
cabinet-look-unmeant = Подтвердите, что данные должны пропасть
cabinet-look-unmeant-text = Поставьте отметку ниже или загрузите полные файлы. Ничего не сохранено.
cabinet-look-held = Пропадёт много: { $dropped } из { $before } ({ $record }).
cabinet-look-held-text = Вероятная причина: файл неполный или не тот. Если файл верный, поставьте отметку.
cabinet-look-meant = Да, этих данных больше быть не должно
cabinet-look-store = Сохранить
cabinet-look-again = Прочитать ещё раз
cabinet-look-refresh = Обновить
cabinet-look-give-up = Не сохранять, удалить файлы
cabinet-look-to-school = К задачам школы
cabinet-look-to-records = Загрузить файлы
cabinet-look-none = Файлов нет
cabinet-look-none-text = Файлы не загружены, вы от них отказались или вышло время. Ничего не изменилось.
cabinet-look-gone = Этих файлов больше нет
cabinet-look-gone-text = Вышло время, вы отказались от них или загрузили другие. Ничего не изменилось: загрузите файлы снова.

cabinet-people = Люди
cabinet-people-search = Поиск людей
cabinet-people-name = Фамилия или имя
cabinet-people-kind = Кто
cabinet-people-class = Класс
cabinet-people-all = все
cabinet-people-any = любой
cabinet-people-show = Показать
cabinet-people-found = Найдено: { $n ->
        [one] { $n } человек
        [few] { $n } человека
       *[other] { $n } человек
    }
cabinet-people-more = … и ещё { $n }; уточните имя.
cabinet-person = Карточка
cabinet-person-id = Код в данных школы
cabinet-person-identifiers = Идентификаторы в других системах
cabinet-classes = Классы
cabinet-class-year = Учебный год
cabinet-class-pupils = Учеников
cabinet-class-teacher = Классный руководитель

cabinet-settings = Настройки задачи
cabinet-settings-none = У этой задачи нет настроек.
cabinet-settings-look = Посмотреть изменения
cabinet-settings-save = Сохранить
cabinet-settings-edit = Вернуться к правке
cabinet-settings-change = Что изменится в настройках
cabinet-settings-change-text = Проверьте и сохраните. Пока ничего не изменено.
cabinet-settings-saved = Настройки сохранены
cabinet-settings-saved-text = Они начнут действовать через несколько секунд.
cabinet-settings-same = Ничего не изменено
cabinet-settings-same-text = Такие настройки у задачи уже есть.
cabinet-settings-wrong = Так сохранить нельзя
cabinet-settings-wrong-text = Исправьте отмеченное; введённое осталось в полях. Ничего не изменено.
cabinet-settings-late = Файл школы за это время изменился
cabinet-settings-late-text = В полях осталось то, что ввели вы. Перед сохранением вы увидите, что изменится теперь.
cabinet-settings-broken = Файл школы сейчас с ошибкой
cabinet-settings-broken-text = Настройки нельзя ни показать, ни изменить, пока файл не исправят. Сообщите тому, кто настраивает обмен; задачи работают по прежним настройкам.
cabinet-settings-back = К задаче
cabinet-settings-others = В файле школы есть и другие ошибки
cabinet-setting = Настройка
cabinet-setting-before = Сейчас
cabinet-setting-after = Станет
cabinet-setting-default = не задано
cabinet-setting-empty = пусто
cabinet-setting-otherwise = Если не заполнять: { $value }.
cabinet-setting-between = Число от { $least } до { $most }.
cabinet-setting-least = Число не меньше { $least }.
cabinet-setting-most = Число не больше { $most }.
cabinet-setting-lines = По одному значению в строке.
cabinet-setting-in-file = Меняется только в файле школы.
cabinet-setting-place = { $file }, строка { $line }
cabinet-entry-new = Новая запись
cabinet-entry-name = Имя записи
cabinet-entry-remove = Убрать
cabinet-entry-more = Добавить ещё одну запись
cabinet-secrets = Пароли и ключи
cabinet-secrets-text = Значение хранится в зашифрованном виде и больше нигде не показывается. Новое заменяет прежнее.
cabinet-secret-set-at = Задано { $at }.
cabinet-secret-none = Не задано.
cabinet-secret-put = Сохранить
cabinet-secret-stored = Значение сохранено
cabinet-secret-stored-text = Проверьте связь: задача начнёт пользоваться им со следующей отправки.
cabinet-secret-unfit = Значение не подходит
cabinet-secret-unfit-text = Оно пусто или содержит невидимые знаки. Скопируйте его ещё раз. Прежнее значение осталось.
cabinet-secret-busy = Школа сейчас занята
cabinet-secret-busy-text = Идёт отправка или другая работа с данными школы. Ничего не изменено; попробуйте через несколько минут.
audit-settings = изменены настройки задачи

# Что не так с настройкой, и как исправить.
setting-unknown = Такой настройки у задачи нет.
setting-unknown-fix = Уберите её из файла школы.
setting-missing = Не заполнено.
setting-missing-fix = Заполните поле.
setting-word = Такого значения нет.
setting-word-fix = Возможны: { $known }.
setting-word-or-number = Такого значения нет.
setting-word-or-number-fix = Возможны: { $known } или число от { $least } до { $most }.
setting-type = Значение другого вида.
setting-type-fix = { $kind ->
        [integer] Введите целое число.
        [number] Введите число.
        [flag] Возможны «да» и «нет».
        [list] Нужен список значений.
        [text] Нужен текст.
       *[other] Сверьтесь с пояснением к полю.
    }
setting-low = Слишком мало.
setting-low-fix = Введите не меньше { $limit }.
setting-high = Слишком много.
setting-high-fix = Введите не больше { $limit }.
setting-short = Слишком коротко.
setting-short-fix = Нужно не меньше { $limit } знаков.
setting-long = Слишком длинно.
setting-long-fix = Нужно не больше { $limit } знаков.
setting-form = Значение не того вида.
setting-form-fix = Сверьтесь с пояснением к полю: чаще всего мешают лишние знаки или пробелы.
setting-few = Слишком мало значений.
setting-few-fix = Нужно не меньше { $limit }.
setting-many = Слишком много значений.
setting-many-fix = Нужно не больше { $limit }.
setting-twice = Одно и то же значение названо дважды.
setting-twice-fix = Оставьте одно.
setting-unseen = В значении есть невидимые знаки.
setting-unseen-fix = Наберите его заново.
setting-unfit = Значение не подходит.
setting-unfit-fix = Сверьтесь с пояснением к полю.
settings-file-changed = файл школы за это время изменился
