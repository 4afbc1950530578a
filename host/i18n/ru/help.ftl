help = Задачи обмена данными школ
help-usage = Использование
help-commands = Команды
help-options = Параметры
help-help = Показать справку
help-version = Показать версию
help-config = Файл настроек
help-json = Вывести в виде JSON
help-lang = Язык сообщений: ru или en
help-quiet = Без индикатора выполнения
help-examples =
    Примеры:
      exchange check school57              всё ли готово
      exchange import school57 *.csv       загрузить данные школы
      exchange bind school57/dnevnik       привязать школу к порталу
      exchange plan school57/dnevnik       что изменится
      exchange run school57/dnevnik        отправить
      exchange run --all --jobs 32         отправить всё по всем школам, по 32 школы сразу
      exchange status                      чем закончилась последняя отправка
      exchange next school57 --count 10    когда задачи запустятся сами
      exchange links                       адреса, по которым семьи связывают учётные записи
      exchange upstreams                   паузы и остатки лимитов систем, с которыми идёт обмен
      exchange serve                       выполнять задачи по расписанию, без человека
      exchange doctor                      всё ли исправно, и что сделать
      exchange backup копия.zip            сохранить данные всех школ
      exchange notify test school57        доходят ли уведомления до получателей школы
      exchange notifications school57      о чём уведомили и дошло ли

    Коды завершения: 0 успешно, 1 не удалось, 2 ошибка в команде или настройках,
    3 есть замечания или не подтверждено, 4 ждёт решения человека,
    5 отложено: система пока не принимает запросов.
help-init = Создать файл настроек и папки
help-init-dir = Папка
help-check = Проверить, готовы ли задачи
help-check-place = Школа или школа/задача
help-import = Загрузить данные школы из файлов (CSV, XLSX, JSON, XML)
help-import-school = Школа
help-import-files = Файлы
help-import-add = Только добавить; того, чего нет в файле, не удалять
help-import-force = Загрузить, даже если пропадёт заметная часть школы
help-import-profile = Профиль чтения из файла школы
help-import-report = Записать отчёт о проверке в файл (xlsx, csv или html)
help-bind = Привязать школу к порталу: войти и выбрать организацию
help-bind-task = Школа/задача
help-bind-port = Порт на этом компьютере для возврата из браузера (0 — любой)
help-bind-wait = Сколько ждать возврата из браузера
help-unbind = Отвязать школу (делает региональный администратор)
help-unbind-task = Школа/задача
help-unbind-reason = Причина; попадёт в журнал действий
help-unbind-confirm = Название школы для подтверждения
help-plan = Показать, что изменится; ничего не отправлять
help-plan-task = Школа/задача
help-plan-classes = Только эти классы, через запятую
help-plan-persons = Только эти персоны (коды записей), через запятую
help-plan-all = Показать все строки
help-run = Отправить
help-run-task = Школа/задача
help-run-all = Все включённые задачи всех школ
help-run-jobs = С --all: сколько школ одновременно
help-run-plan = Отправить только этот план (код из exchange plan)
help-run-classes = Только эти классы, через запятую
help-run-persons = Только эти персоны (коды записей), через запятую
help-status = Состояние последней отправки
help-status-place = Школа или школа/задача
help-runs = История отправок
help-runs-place = Школа или школа/задача
help-runs-limit = Сколько последних показать
help-show = Подробно об одной отправке
help-show-run = Номер отправки, например school57-12
help-show-log = Показать записи коннектора
help-show-requests = Показать журнал запросов
help-show-outcome = Только с этим итогом, например rejected
help-report = Сохранить отчёт об отправке в файл
help-report-run = Номер отправки
help-report-format = Вид файла
help-report-output = Файл
help-by-class = Как идут дела по классам и листы: кому что сделать
help-by-class-task = Задача
help-by-class-classes = Только эти классы, через запятую
help-by-class-format = Вид файла
help-by-class-output = Файл: числа и по листу на класс (без него числа на экране)
help-remove = Убрать на той стороне то, что задача завела для человека (например, связь учётных записей)
help-remove-task = Задача
help-remove-person = Номер человека в данных школы
help-remove-reason = Причина; остаётся в журнале действий
help-remove-confirm = Номер человека ещё раз, вместо вопроса
help-undo = Вернуть данные школы к тому, что было до отправки: то, что она в них записала
help-undo-run = Отправка, например school57/7
help-undo-reason = Причина; остаётся в журнале действий
help-undo-dry_run = Только показать, что вернётся
help-undo-confirm = Номер отправки ещё раз, вместо вопроса
help-class-list = Списки классов в файл для ручной загрузки
help-class-list-school = Школа
help-class-list-classes = Только эти классы, через запятую
help-class-list-year = Учебный год: год его начала (без него — идущий)
help-class-list-heading = С заголовком таблицы
help-class-list-format = Вид файла
help-class-list-output = Файл
help-decide = Вопросы, на которые отвечает человек
help-decide-place = Школа или школа/задача
help-decide-number = Номер вопроса
help-decide-same = Это тот же: идентификатор из списка
help-decide-different = Это другой: создать нового
help-decide-skip = Не отправлять
help-approve = Разрешить задержанный план
help-approve-task = Школа/задача
help-approve-hash = Код плана
help-enable = Включить задачу
help-enable-task = Школа/задача
help-disable = Выключить задачу
help-disable-task = Школа/задача
help-secret = Пароли и ключи доступа
help-secret-set = Сохранить (значение читается со стандартного ввода)
help-secret-set-name = Имя
help-secret-set-school = Школа; без неё — для всех школ
help-secret-list = Показать имена (значения не показываются никогда)
help-secret-list-school = Школа
help-secret-rm = Удалить
help-secret-rm-name = Имя
help-secret-rm-school = Школа
help-connector = Коннекторы
help-connector-list = Показать установленные
help-connector-inspect = Подробно об одном
help-connector-inspect-connector = Имя или файл
help-connector-pack = Упаковать модуль с описанием
help-connector-pack-module = Модуль WebAssembly
help-connector-pack-manifest = Файл описания connector.toml
help-connector-pack-output = Файл
help-connector-lock = Запомнить контрольные суммы установленных коннекторов
help-connector-lock-connector = Только этот
help-completions = Подсказки для командной оболочки
help-completions-shell = Оболочка
help-next = Когда задачи запустятся сами
help-next-place = Школа или школа/задача
help-next-task = Только задача с этим именем
help-next-count = Сколько запусков каждой задачи
help-serve = Выполнять задачи по расписанию, пока не остановят
help-plan-additions_only = Только добавления: остальное подождёт
help-run-additions_only = Только добавления: остальное подождёт
help-keep = Удалить то, чей срок хранения истёк (раздел [keep]); сервер делает это сам каждую ночь
help-keep-place = Школа; без неё — все
help-keep-dry_run = Только показать, что будет удалено
help-backup = Сохранить данные: копия делается без остановки работы и проверяется восстановлением
help-backup-to = Новая папка или новый файл .zip
help-backup-school = Только эта школа
help-restore = Восстановить данные из копии: без --yes покажет, что будет заменено
help-restore-from = Копия: папка или файл .zip
help-restore-school = Только эта школа
help-restore-yes = Восстановить
help-restore-end = Школа сверена после восстановления: чего программа не знает, то считать неотправленным
help-doctor = Проверить, всё ли исправно, и сказать, что сделать
help-doctor-offline = Не обращаться к порталам
help-support-bundle = Собрать архив для того, кто помогает: без имён, СНИЛС и секретов
help-support-bundle-file = Новый файл .zip
help-support-bundle-school = Только эта школа
help-support-bundle-run = Только эта отправка
help-support-bundle-show = Показать всё дословно и ничего не записывать
help-support-bundle-school_names = Оставить названия школ
help-decide-sent = Это дошло
help-decide-not_sent = Это не дошло: отправить
help-on_behalf = От чьего имени (войдёт в журнал действий рядом с именем пользователя)
help-audit = Журнал действий
help-audit-school = Только об этой школе
help-audit-since = Не раньше этого дня или времени
help-audit-limit = Сколько последних показать
help-audit-verify = Проверить, что записи не меняли и не удаляли
help-audit-verify-against = Сверить с прежней выгрузкой
help-audit-export = Выгрузить в файл, который можно проверить без этой программы
help-audit-export-file = Файл (строки JSON)
help-audit-export-school = Только об этой школе
help-erase = Уничтожить данные школы или человека и составить акт
help-erase-school = Школа
help-erase-person = Только этот человек: код записи, например P-00186 или pupil:P-00186
help-erase-with_relatives = Вместе с родителями, у которых в школе нет других детей
help-erase-reason = Причина; войдёт в акт (без фамилий)
help-erase-dry_run = Только показать, что будет уничтожено и что останется
help-erase-confirm = Подтверждение без вопроса: код школы или человека
help-erase-act = Куда записать акт (иначе в текущую папку)
help-erase-with_settings = Удалить и файл настроек школы
help-erase-lift = Снять запрет: этого человека снова можно загружать
help-key = Ключ, которым зашифрованы пароли
help-key-status = Каким ключом что зашифровано
help-key-rotate = Сменить ключ и перешифровать всё
help-key-rotate-destroy_old = Прежний ключ уничтожить (старые резервные копии станут нечитаемы)
help-connector-lock-release = Эта версия
help-connector-lock-place = Только для школы или школа/задача
help-connector-add = Положить версию рядом с другими; работать она нигде не будет
help-connector-add-file = Файл .wasm
help-connector-compare = Что новая версия сделала бы иначе; ничего не отправляется
help-connector-compare-task = Школа/задача
help-connector-compare-with = Версия для сравнения
help-connector-compare-all = Показать все строки
help-connector-rollback = Вернуть прежнюю версию
help-connector-rollback-connector = Коннектор
help-connector-rollback-place = Только для школы или школа/задача: вернуть общую версию
help-connector-remove = Удалить версию, которая нигде не работает
help-connector-remove-connector = Коннектор
help-connector-remove-release = Версия
help-notifications = Уведомления: что случилось, кому сказано, дошло ли
help-notifications-school = Только об этой школе
help-notifications-unread = Только непрочитанные (в списке со звёздочкой)
help-notifications-undelivered = Только те, что до кого-то не дошли
help-notifications-read = Отметить показанное прочитанным
help-notifications-limit = Сколько последних показать
help-notify = Проверить и доставить уведомления
help-notify-test = Послать всем получателям школы проверочное сообщение и показать, что ответил каждый сервер
help-notify-test-school = Школа
help-notify-send = Доставить то, что ждёт отправки (exchange serve делает это сам)
