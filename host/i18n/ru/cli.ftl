count-rows = { $n ->
    [one] { $n } строка
    [few] { $n } строки
   *[many] { $n } строк
}
cli-error = ошибка:
cli-because = причина:
cli-hint = подсказка:
word-yes = да
word-no = нет
column-task = Задача
column-details = Подробности
column-connector = Коннектор
column-version = Версия
column-locked = Проверен
column-title = Название
error-no-config = нет файла настроек { $file }
hint-no-config = создайте его: exchange init, или укажите другой: --config ФАЙЛ
error-no-school = нет школы «{ $school }» (файла { $dir }/{ $school }.toml)
error-no-task = у школы «{ $school }» нет задачи «{ $task }»
store-damaged = файл { $file } повреждён. Восстановите его из резервной копии; другие школы это не затрагивает
store-disk = файл { $file } не читается или не записывается: проверьте, есть ли место на диске и исправен ли диск. Всё записанное раньше сохранено; когда место появится, запустите снова
store-closed = нет права записи: { $file }. Дайте право учётной записи, от имени которой работает программа
error-no-run = нет отправки { $run }
error-no-connector = нет коннектора «{ $connector }» (файла { $file })
error-not-locked = коннектор «{ $connector }» не проверен: его контрольная сумма не записана
hint-did-you-mean = может быть, «{ $name }»?
hint-schools = есть школы: { $names }
hint-no-schools = в папке школ нет ни одного файла
hint-tasks = есть задачи: { $names }
status-no-tasks = Ни у одной школы нет задач.
status-unreadable = Данные не читаются
status-disabled = выключена
every-not-run = Не выполнялось
every-none = Ни у одной школы нет включённых задач.
every-total = Всего отправок: { $n }. { $parts }
every-interrupted = Прервано: что не началось, осталось на следующий раз.
status-decisions = { $n ->
    [one] { $n } вопрос ждёт ответа
    [few] { $n } вопроса ждут ответа
   *[many] { $n } вопросов ждут ответа
}
count-applied = отправлено { $n }
count-accepted = принято без проверки { $n }
count-adopted = найдено и принято { $n }
count-removed = закрыто { $n }
count-unchanged = без изменений { $n }
count-rejected = отклонено { $n }
count-not-confirmed = не подтверждено { $n }
count-in-doubt = под вопросом { $n }
count-failed = не отправлено { $n }
count-decisions = ждёт решения { $n }
count-waiting = ждёт действий { $n }
count-told = отличается { $n }
count-left-out = не подлежит отправке { $n }
count-nothing = ничего не изменилось
decide-none = Вопросов нет.
decide-question = Вопрос № { $number } ({ $task }): { $name }, { $group } — похожее уже есть там. Это тот же?
decide-how =     Ответить: exchange decide { $task } { $number } --same КОД | --different | --skip
decide-done = Ответ на вопрос № { $number } записан. Он подействует при следующей отправке: exchange run { $task }
approved = План { $hash } разрешён. Отправить: exchange run { $task }
secret-type-it = Введите значение и нажмите Ctrl-D:
secret-stored = «{ $name }» сохранено в зашифрованном виде.
secret-removed = «{ $name }» удалено.
connector-packed = Коннектор { $connector } упакован: { $file } (sha256 { $sha256 })
task-on = Задача { $task } включена.
task-off = Задача { $task } выключена.
init-made = Создан { $file }
init-next = Дальше: впишите школу и задачу в schools/, положите коннекторы в connectors/ и выполните exchange check
report-done = Отчёт об отправке { $run } записан: { $file }
by-class-no-run = Задача { $task } ещё ни разу не проверяла всю школу
by-class-done = { $n ->
    [one] Записан файл { $file }: числа и { $n } лист
    [few] Записан файл { $file }: числа и { $n } листа
   *[other] Записан файл { $file }: числа и { $n } листов
}
remove-nothing = У задачи { $task } нет ничего для «{ $person }», что можно убрать
remove-confirm = Чтобы убрать это, введите номер «{ $person }» ещё раз:{" "}
remove-done = Убрано: { $what }
remove-not-done = Не убрано: { $what }. { $reason }.
undo-nothing = Отправка { $run } ничего не меняла в данных школы, или прежние значения уже не хранятся
undo-confirm = Чтобы вернуть прежние значения, введите «{ $run }» ещё раз:{" "}
undo-would = Вернутся к прежнему: { $n }; останутся как есть: { $left }
undo-done = Возвращено к прежнему: { $n }; осталось как есть: { $left }
undo-stays = Следующие отправки не повторят этого, пока данные не изменятся.
undo-since-run = не вернётся: потом изменено отправкой { $run }
undo-since-import = не вернётся: потом изменено загрузкой файлов
class-list-title = Списки классов
class-list-class = Класс
class-list-last-name = Фамилия
class-list-first-name = Имя
class-list-middle-name = Отчество
class-list-birth-date = Дата рождения
class-list-sex = Пол
class-list-snils = СНИЛС
class-list-school-date = Дата зачисления в школу
class-list-class-date = Дата зачисления в класс
class-list-done = { $n ->
    [one] Записан { $n } ученик, { $year } учебный год: { $file }
    [few] Записаны { $n } ученика, { $year } учебный год: { $file }
   *[many] Записано { $n } учеников, { $year } учебный год: { $file }
}
sex-male = мужской
sex-female = женский
cli-next = что делать:
column-count = Сколько
column-action = Действие
error-disabled = задача { $task } выключена
error-no-binding = коннектору «{ $connector }» привязка не нужна
error-not-bound = задача { $task } не привязана
phase-desired = Готовим список
phase-observe = Сверяемся с порталом
phase-apply = Отправляем и проверяем
plan-head = Что изменится в { $task } (план { $hash })
plan-nothing = Отправлять нечего.
plan-unchanged = Без изменений: { $n }
plan-more = … и ещё { $n ->
    [one] { $n } строка
    [few] { $n } строки
   *[many] { $n } строк
} (все: --all)
plan-left-out = Не подлежат отправке: { $n } (кто именно: --all)
plan-held = План задержан: { $reason }
plan-cause = Вероятная причина: { $cause }
plan-approve = Если всё верно, разрешите именно этот план: exchange approve { $task } { $hash }
plan-create = создать
plan-update = исправить
plan-close = закрыть
plan-remove = удалить
plan-adopt = принять найденное
plan-report-change = только сообщить об отличии
plan-report-gone = только сообщить о выбытии
plan-forget = забыть
plan-decide = нужно решение
plan-wait = ждём
plan-in-doubt = под вопросом
plan-blocked = зависит от другого
plan-expired = срок прошёл
plan-unknown = неизвестно
plan-content = Что будет отправлено и записано:
plan-change = { $field }: было «{ $before }», станет «{ $after }»
plan-empty = пусто
plan-later = станет известно после отправки
next-decide = Ответьте на вопросы: exchange decide
next-show = Подробности: exchange show { $run }
bind-open = Откройте в браузере, войдите как администратор школы и разрешите доступ:
bind-timeout = из браузера никто не вернулся за { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
}
bind-timeout-hint = ничего не изменилось; начните снова: exchange bind
bind-elsewhere = коннектор ведёт на «{ $path }», а такой страницы у «{ $upstream }» быть не может
bind-choose = Введите номер:
bind-choose-again = Такого номера нет.
bind-failed = привязать не удалось: { $reason }
unbind-confirm = Введите название школы «{ $school }» для подтверждения:
unbind-other-name = название школы введено с ошибкой; ничего не изменилось
unbound = Задача { $task } отвязана.
page-good = Готово, вернитесь в окно программы
page-good-text = Доступ получен. Продолжайте там, где начали привязку; эту страницу можно закрыть.
page-failed = Не получилось
page-failed-text = Портал не принял вход. Вернитесь в окно программы: там написано, что делать.
page-late = Этот вход уже обработан
page-late-text = Страница открыта второй раз: кнопкой «Назад», обновлением или в другой вкладке. Ничего не потеряно; продолжайте в окне программы.
page-other-attempt = Это другая попытка входа
page-other-attempt-text = Страница относится не к той привязке, которая идёт сейчас. Откройте адрес, который показан в окне программы, и разрешите доступ ещё раз.
page-over = Привязка уже завершена
page-over-text = Эта привязка закончена или прервана. Если школа не привязана, начните снова: exchange bind.
page-elsewhere = Здесь ничего нет
page-elsewhere-text = Этот адрес нужен только для возврата после входа. Откройте адрес, который показан в окне программы.
said-by-connector = { $text }
phase-import = Читаем файлы
import-report = Проверка файлов
import-stopped = файл { $file } не читается целиком; ничего не загружено
import-left-out = { $n ->
    [one] Не загружена { $n } строка с ошибками. Исправьте её и загрузите файл снова.
    [few] Не загружены { $n } строки с ошибками. Исправьте их и загрузите файл снова.
   *[many] Не загружено { $n } строк с ошибками. Исправьте их и загрузите файл снова.
}
import-warnings = { $n ->
    [one] { $n } предупреждение. Из-за него ничего не пропущено, но прочитайте его.
    [few] { $n } предупреждения. Из-за них ничего не пропущено, но прочитайте их.
   *[many] { $n } предупреждений. Из-за них ничего не пропущено, но прочитайте их.
}
import-more = … и ещё { $n } (все: --report ФАЙЛ.xlsx)
import-held = Загрузка задержана: пропало бы { $dropped } из { $before } ({ $record }). Ничего не изменено. Вероятная причина: файл неполный или не тот.
import-held-how = Если файл верный: exchange import { $school } … --force. Чтобы только добавить записи: --add
column-file = Файл
column-row = Строка
column-column = Столбец
column-what = Что не так
column-record = Записи
column-added = Добавлено
column-changed = Изменено
column-unchanged = Без изменений
column-dropped = Выбыло
record-school-class = классы
record-pupil = ученики
record-guardian = представители
record-application = заявления
record-order = приказы
record-staff = сотрудники
record-journal = журналы
record-lesson = уроки
record-mark = отметки
record-attendance = посещаемость
record-account = учётные записи
record-identifier = идентификаторы
connector-unusable = не читается (причина ниже)
column-when = Когда
column-zone = Часовой пояс
column-note = Примечание
weekday-1 = пн
weekday-2 = вт
weekday-3 = ср
weekday-4 = чт
weekday-5 = пт
weekday-6 = сб
weekday-7 = вс
ahead-by-hand = расписания нет: только вручную
ahead-off = задача выключена
ahead-until = окно до { $time }
ahead-additions = только добавления
ahead-first-of-year = первый запуск учебного года
ahead-blackout = запусков нет: дни без обмена
ahead-from = с { $day }
ahead-how = Раньше указанного времени запуск не начнётся; позже — если школа ещё занята другой задачей.
error-no-task-anywhere = ни у одной школы нет задачи «{ $task }»
